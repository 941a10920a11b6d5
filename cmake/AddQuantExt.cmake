option(QUANT_EXT_PCH
       "Precompile MLIR's headers: with this and QUANT_EXT_UNITY off, every file
        must name what it includes" ON)

option(QUANT_EXT_UNITY
       "Compile files of a library together, which is faster: off, a change
        compiles one file, and every file must declare what it uses" ON)

# Gives a target MLIR's headers precompiled: to read them takes longer than to
# compile what is made of them. They are compiled once, for the library that all
# others link, since flags are the same everywhere.
function(quant_ext_precompile_headers target)
  set(owner obj.MLIRQuantExtIR)
  if(NOT QUANT_EXT_PCH)
    return()
  endif()
  if(NOT target STREQUAL owner)
    target_precompile_headers(${target} REUSE_FROM ${owner})
    return()
  endif()
  target_precompile_headers(${target} PRIVATE
    <mlir/Dialect/Affine/IR/AffineOps.h>
    <mlir/Dialect/Arith/IR/Arith.h>
    <mlir/Dialect/LLVMIR/LLVMDialect.h>
    <mlir/Dialect/Linalg/IR/Linalg.h>
    <mlir/Dialect/Linalg/Transforms/Transforms.h>
    <mlir/Dialect/MemRef/IR/MemRef.h>
    <mlir/Dialect/SCF/IR/SCF.h>
    <mlir/Dialect/Tensor/IR/Tensor.h>
    <mlir/Dialect/Vector/IR/VectorOps.h>
    <mlir/IR/PatternMatch.h>
    <mlir/Pass/PassManager.h>)
endfunction()

# Like add_mlir_library, for a library of the installed package. PLAIN says that
# it has nothing of MLIR.
function(add_quant_ext_library name)
  cmake_parse_arguments(ARG "PLAIN" "" "" ${ARGN})
  # What add_mlir_library installs goes to MLIR's own list of exports.
  add_mlir_library(${name} ${ARG_UNPARSED_ARGUMENTS} DISABLE_INSTALL)
  if(NOT ARG_PLAIN AND TARGET obj.${name})
    quant_ext_precompile_headers(obj.${name})
    set_target_properties(obj.${name} PROPERTIES UNITY_BUILD ${QUANT_EXT_UNITY})
  endif()
  install(TARGETS ${name} EXPORT QuantExtTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()
