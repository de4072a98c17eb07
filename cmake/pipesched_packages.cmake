# What is installed, and Debian packages of it: "cpack -G DEB" in a release build.
set(doc ${CMAKE_INSTALL_DATAROOTDIR}/doc)
install(TARGETS pipeschedd DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT daemon)
install(TARGETS pipesched DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT cli)

# gzip without time and name: the same bytes each time.
function(pipesched_install_compressed source name destination component)
  set(target ${CMAKE_BINARY_DIR}/compressed/${component}/${name}.gz)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/compressed/${component})
  execute_process(COMMAND gzip -9nc ${PROJECT_SOURCE_DIR}/${source} OUTPUT_FILE ${target})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${source})
  install(FILES ${target} DESTINATION ${destination} COMPONENT ${component})
endfunction()
pipesched_install_compressed(docs/pipeschedd.8 pipeschedd.8 ${CMAKE_INSTALL_MANDIR}/man8 daemon)
pipesched_install_compressed(docs/pipesched.1 pipesched.1 ${CMAKE_INSTALL_MANDIR}/man1 cli)

string(TIMESTAMP changelog_date "%a, %d %b %Y %H:%M:%S +0000" UTC) # SOURCE_DATE_EPOCH decides
foreach(pair daemon:pipeschedd cli:pipesched development:libpipesched-dev)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 component)
  list(GET pair 1 package)
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package})
  install(FILES deploy/debian/copyright DESTINATION ${doc}/${package} COMPONENT ${component})
  file(WRITE ${CMAKE_BINARY_DIR}/compressed/${component}/changelog
    "${package} (${PROJECT_VERSION}) unstable; urgency=medium\n\n"
    "  * See https://github.com/pipesched/pipesched, CHANGELOG.md.\n\n"
    " -- The pipesched authors <pipesched@example.org>  ${changelog_date}\n")
  execute_process(COMMAND gzip -9nf ${CMAKE_BINARY_DIR}/compressed/${component}/changelog)
  install(FILES ${CMAKE_BINARY_DIR}/compressed/${component}/changelog.gz
    DESTINATION ${doc}/${package} COMPONENT ${component})
endforeach()

install(FILES deploy/systemd/pipeschedd.service DESTINATION lib/systemd/system COMPONENT daemon)
install(FILES deploy/debian/pipesched.sysusers DESTINATION lib/sysusers.d
  RENAME pipesched.conf COMPONENT daemon)
install(FILES deploy/debian/pipesched.tmpfiles DESTINATION lib/tmpfiles.d
  RENAME pipesched.conf COMPONENT daemon)
install(FILES docs/pipeschedd.schema.json DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/pipeschedd
  COMPONENT daemon)
install(FILES deploy/completion/pipesched.bash RENAME pipesched
  DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/bash-completion/completions COMPONENT cli)
install(FILES deploy/completion/pipesched.zsh RENAME _pipesched
  DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/zsh/vendor-completions COMPONENT cli)
install(FILES deploy/completion/pipesched.fish
  DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/fish/vendor_completions.d COMPONENT cli)

# cpack packs what is built, and builds nothing.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME pipesched)
set(CPACK_PACKAGE_CONTACT "The pipesched authors <pipesched@example.org>")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL daemon cli development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_HOMEPAGE https://github.com/pipesched/pipesched)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_DAEMON_PACKAGE_SECTION net)
set(CPACK_DEBIAN_DAEMON_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DAEMON_PACKAGE_RECOMMENDS systemd)
set(CPACK_DEBIAN_DAEMON_PACKAGE_CONTROL_EXTRA
  "${PROJECT_SOURCE_DIR}/deploy/debian/postinst;${PROJECT_SOURCE_DIR}/deploy/debian/prerm")
set(CPACK_DEBIAN_DAEMON_DESCRIPTION "pipeline-parallel training schedules over gRPC
 pipeschedd computes, checks and draws schedules of training steps that are
 split over the ranks of a pipeline, for launchers that ask over gRPC.")
set(CPACK_DEBIAN_CLI_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_CLI_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_CLI_DESCRIPTION "pipeline-parallel training schedules, command line
 pipesched computes, checks and draws schedules of training steps that are
 split over the ranks of a pipeline, with or without a daemon.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libgrpc++-dev, libprotobuf-dev, libabsl-dev")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "pipeline-parallel training schedules, C++ client
 Headers and a static library to ask pipeschedd, for CMake and pkg-config.")
include(CPack)
