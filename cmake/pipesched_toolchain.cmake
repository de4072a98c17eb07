# Compiler settings: ccache where it is installed, warnings as errors for our own
# code, hardening in release builds, sanitizers on request.

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

# Linked by every target of ours, by none that compiles generated code.
add_library(pipesched_warnings INTERFACE)
target_compile_options(pipesched_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Werror)

# Times are integers and results are compared by bytes: no fused multiply-add.
add_compile_options(-ffp-contract=off)

if(PIPESCHED_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(PIPESCHED_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()
if(PIPESCHED_SANITIZE)
  add_compile_options(-fsanitize=${PIPESCHED_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${PIPESCHED_SANITIZE})
else()
  add_compile_options($<$<CONFIG:Release>:-fstack-protector-strong>)
  add_compile_definitions($<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
  add_link_options(-Wl,-z,relro,-z,now -Wl,--as-needed)
endif()
if(PIPESCHED_SANITIZE MATCHES address)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()
add_compile_definitions($<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)

include(CheckPIESupported)
check_pie_supported()
