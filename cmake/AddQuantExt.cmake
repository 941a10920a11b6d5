# Like add_mlir_library, for a library of the installed package.
function(add_quant_ext_library name)
  # What add_mlir_library installs goes to MLIR's own list of exports.
  add_mlir_library(${name} ${ARGN} DISABLE_INSTALL)
  install(TARGETS ${name} EXPORT QuantExtTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()
