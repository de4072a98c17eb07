# Read by CPack. Archives of the installed library are stripped of what a linker does
# not need; CPack itself strips programs only.
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/strip_archives.cmake)
