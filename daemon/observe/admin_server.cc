#include "daemon/observe/admin_server.h"

#include <civetweb.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "daemon/listen_address.h"

namespace pipesched {
namespace {

constexpr char kThreads[] = "2";
constexpr char kTimeoutMs[] = "10000";

constexpr absl::string_view kText = "text/plain; charset=utf-8";

// What stands behind the "?", without a value: "verbose" and "verbose=" are the same.
absl::string_view Query(const mg_request_info& request) {
  const absl::string_view query = request.query_string != nullptr ? request.query_string : "";
  return query.substr(0, query.find('='));
}

struct Page {
  int code;
  absl::string_view type;
  std::string body;
};

// civetweb reads "HOST:PORT" and "[IPV6]:PORT", and no names.
std::string ToPort(const std::string& address) {
  return absl::StrReplaceAll(address, {{"localhost:", "127.0.0.1:"}});
}

}  // namespace

class AdminServer::Impl {
 public:
  explicit Impl(Pages pages) : pages_(std::move(pages)) {}

  ~Impl() {
    if (context_ == nullptr) return;
    // mg_stop waits until the listening thread wakes up by itself, every 2 s, or
    // for a connection.
    std::atomic<bool> stopped = false;
    std::thread waker([&] {
      while (!stopped) {
        Knock();
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
    mg_stop(context_);
    stopped = true;
    waker.join();
  }

  absl::Status Start(const std::string& address) {
    mg_init_library(MG_FEATURES_DEFAULT);
    const std::string port = ToPort(address);
    const char* options[] = {"listening_ports",    port.c_str(), "num_threads", kThreads,
                             "request_timeout_ms", kTimeoutMs,   nullptr};
    mg_callbacks callbacks{};
    callbacks.log_message = [](const mg_connection*, const char*) { return 1; };  // We say it.
    context_ = mg_start(&callbacks, nullptr, options);
    mg_server_port bound{};
    if (context_ == nullptr || mg_get_server_ports(context_, 1, &bound) != 1) {
      return absl::UnavailableError(absl::StrCat("cannot listen on ", address,
                                                 " (--admin-listen): ", ExplainUnbound(address)));
    }
    port_ = bound.port;
    address_ = WithPort(address, port_);
    mg_set_request_handler(context_, "/", &Impl::Handle, this);
    return absl::OkStatus();
  }

  const std::string& address() const { return address_; }

 private:
  // Connects to the listener and hangs up.
  void Knock() const {
    char error[128];
    const std::string host = HostOf(ToPort(address_));
    mg_connection* connection =
        mg_connect_client(host.c_str(), port_, /*use_ssl=*/0, error, sizeof error);
    if (connection != nullptr) mg_close_connection(connection);
  }

  // As Kubernetes writes it.
  Page Health(bool verbose) const {
    bool all_ok = true;
    std::string lines;
    for (const HealthCheck& check : pages_.checks()) {
      all_ok &= check.ok;
      absl::StrAppend(&lines, check.ok ? "[+]" : "[-]", check.name, check.ok ? " ok" : " failed",
                      check.text.empty() ? "" : ": ", check.text, "\n");
    }
    const absl::string_view result = all_ok ? "ok\n" : "failed\n";
    return {all_ok ? 200 : 503, kText,
            verbose || !all_ok ? absl::StrCat(lines, "healthz ", result) : std::string(result)};
  }

  Page Find(absl::string_view path, absl::string_view query) const {
    if (path == "/metrics") {
      return {200, "text/plain; version=0.0.4; charset=utf-8", pages_.metrics()};
    }
    if (path == "/livez") return {200, kText, "ok\n"};
    if (path == "/readyz") {
      return pages_.is_ready() ? Page{200, kText, "ok\n"} : Page{503, kText, "stopping\n"};
    }
    if (path == "/healthz") return Health(query == "verbose");
    if (path == "/version") return {200, "application/json", pages_.version()};
    if (path == "/config") return {200, "application/yaml", pages_.config()};
    return {404, kText, "want /metrics, /livez, /readyz, /healthz, /version or /config\n"};
  }

  static int Handle(mg_connection* connection, void* self) {
    const mg_request_info& request = *mg_get_request_info(connection);
    const absl::string_view method = request.request_method;
    Page page;
    if (method != "GET" && method != "HEAD") {
      page = {405, kText, "want GET or HEAD\n"};
    } else {
      page = static_cast<Impl*>(self)->Find(request.local_uri, Query(request));
    }
    std::string answer = absl::StrCat(
        "HTTP/1.1 ", page.code, " ", mg_get_response_code_text(connection, page.code),
        "\r\nContent-Type: ", page.type, "\r\nContent-Length: ", page.body.size(),
        "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n",
        page.code == 405 ? "Allow: GET, HEAD\r\n" : "", "\r\n");
    if (method != "HEAD") answer += page.body;
    mg_write(connection, answer.data(), answer.size());  // At once: a stop does not cut it.
    return page.code;
  }

  const Pages pages_;
  mg_context* context_ = nullptr;
  std::string address_;
  int port_ = 0;
};

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(const std::string& address,
                                                                Pages pages) {
  auto impl = std::make_unique<Impl>(std::move(pages));
  absl::Status status = impl->Start(address);
  if (!status.ok()) return status;
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(impl)));
}

AdminServer::AdminServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

AdminServer::~AdminServer() = default;

const std::string& AdminServer::address() const { return impl_->address(); }

}  // namespace pipesched
