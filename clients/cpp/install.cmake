# The client as a library for others: `cmake --install build/release --component
# development` gives them find_package(pipesched) and pkg-config's pipesched.
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/pipesched)

foreach(name client proto error_details)
  set_target_properties(pipesched_${name} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS pipesched_${name} EXPORT pipesched_targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
endforeach()
install(EXPORT pipesched_targets NAMESPACE pipesched:: DESTINATION ${package}
  COMPONENT development)
install(DIRECTORY include/pipesched DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT development)

write_basic_package_version_file(pipesched-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES pipesched-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/pipesched-config-version.cmake
  DESTINATION ${package} COMPONENT development)

# Found from where the file is, so that the tree can be moved.
file(RELATIVE_PATH include_from_lib
  ${CMAKE_INSTALL_FULL_LIBDIR} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
configure_file(pipesched.pc.in pipesched.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/pipesched.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
