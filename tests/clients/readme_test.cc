// README.md tells users of every flag, and of no other.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "clients/cli/flags.h"
#include "tests/support/process.h"

namespace pipesched::cli {
namespace {

TEST(ReadmeTest, ItsTablesListTheFlags) {
  std::ifstream file(SourceFile("README.md"));
  const std::string readme{std::istreambuf_iterator<char>(file), {}};
  std::set<std::string> told;
  const std::regex first_column("\n\\| (`[^\n]*?`) \\| ");
  const std::regex long_flag("--[a-z0-9-]+");
  size_t end_of_table = 0;
  for (size_t begin = readme.find("| flag |"); begin != std::string::npos;
       begin = readme.find("| flag |", end_of_table)) {
    end_of_table = readme.find("\n\n", begin);
    const std::string table = readme.substr(begin, end_of_table - begin);
    for (std::sregex_iterator row(table.begin(), table.end(), first_column), end; row != end;
         ++row) {
      const std::string names = (*row)[1];
      for (std::sregex_iterator name(names.begin(), names.end(), long_flag); name != end; ++name) {
        told.insert(name->str());
      }
    }
  }
  std::set<std::string> flags;
  for (const Flag& flag : AllFlags()) flags.insert(LongName(flag));
  EXPECT_EQ(told, flags);
}

}  // namespace
}  // namespace pipesched::cli
