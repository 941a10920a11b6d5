option(QUANT_EXT_PCH
       "Precompile MLIR's headers: off, every file must name what it includes" ON)

# Like add_mlir_library, for a library of the installed package. PLAIN says that
# it has nothing of MLIR.
function(add_quant_ext_library name)
  cmake_parse_arguments(ARG "PLAIN" "" "" ${ARGN})
  # What add_mlir_library installs goes to MLIR's own list of exports.
  add_mlir_library(${name} ${ARG_UNPARSED_ARGUMENTS} DISABLE_INSTALL)
  # To read them takes longer than to compile what is made of them.
  if(QUANT_EXT_PCH AND NOT ARG_PLAIN AND TARGET obj.${name})
    target_precompile_headers(obj.${name} PRIVATE
      <mlir/Dialect/Arith/IR/Arith.h>
      <mlir/Dialect/Linalg/IR/Linalg.h>
      <mlir/Dialect/SCF/IR/SCF.h>
      <mlir/Dialect/Tensor/IR/Tensor.h>
      <mlir/Dialect/Vector/IR/VectorOps.h>
      <mlir/IR/PatternMatch.h>)
  endif()
  install(TARGETS ${name} EXPORT QuantExtTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()
