# Toolchain: arm64 from another machine, with the libraries of PIPESCHED_ARM64_ROOT, a
# Debian root of that architecture (scripts/deploy/arm64.sh makes it). protoc and its
# plugin are this machine's.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PIPESCHED_ARM64_ROOT)
set(CMAKE_SYSROOT ${PIPESCHED_ARM64_ROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${PIPESCHED_ARM64_ROOT})
set(ENV{PKG_CONFIG_LIBDIR}
  ${PIPESCHED_ARM64_ROOT}/usr/lib/aarch64-linux-gnu/pkgconfig:${PIPESCHED_ARM64_ROOT}/usr/share/pkgconfig)
