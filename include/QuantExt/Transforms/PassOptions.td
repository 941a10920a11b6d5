//===- PassOptions.td - What passes have in common ---------*- tablegen -*-===//

#ifndef QUANTEXT_TRANSFORMS_PASSOPTIONS_TD
#define QUANTEXT_TRANSFORMS_PASSOPTIONS_TD

include "mlir/Pass/PassBase.td"

/// What getWeightStorage takes.
defvar schemeOptions = [
  Option<"bits", "bits", "int64_t", /*default=*/"8",
         "Width of the integers, 2 to 16 bits; 8 by default">,
  Option<"symmetric", "symmetric", "bool", /*default=*/"true",
         "Quantize without a zero point, as by default; needs signed "
         "integers">,
  Option<"isSigned", "signed", "bool", /*default=*/"true",
         "Quantize to signed integers, as by default">,
  Option<"narrowRange", "narrow-range", "bool", /*default=*/"false",
         "Leave out the lowest integer, as i8<-127:127> does">,
  Option<"blockFormat", "block-format", "::mlir::quant_ext::BlockFormat",
         /*default=*/"::mlir::quant_ext::BlockFormat::None",
         "Quantize to small floats in blocks whose scales are quantized too; in "
         "place of what the other options say of storage and granularity",
         [{::llvm::cl::values(
           clEnumValN(::mlir::quant_ext::BlockFormat::None, "none",
                      "What the other options say"),
           clEnumValN(::mlir::quant_ext::BlockFormat::MXFP8E4M3, "mxfp8",
                      "32 of f8E4M3FN, scale f8E8M0FNU"),
           clEnumValN(::mlir::quant_ext::BlockFormat::MXFP8E5M2, "mxfp8-e5m2",
                      "32 of f8E5M2, scale f8E8M0FNU"),
           clEnumValN(::mlir::quant_ext::BlockFormat::MXFP4, "mxfp4",
                      "32 of f4E2M1FN, scale f8E8M0FNU"),
           clEnumValN(::mlir::quant_ext::BlockFormat::NVFP4, "nvfp4",
                      "16 of f4E2M1FN, scale f8E4M3FN by one of the tensor"))}]>,
];

/// Which operations a pass is asked for.
defvar selectionOptions = [
  Option<"location", "location", "std::string", /*default=*/"",
         "Regular expression (POSIX extended, unanchored); only operations "
         "with a location name that it matches">,
  ListOption<"ops", "ops", "std::string",
             "Names of linalg operations, such as linalg.matmul; only these">,
];

#endif // QUANTEXT_TRANSFORMS_PASSOPTIONS_TD
