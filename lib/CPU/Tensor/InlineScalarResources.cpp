//===- InlineScalarResources.cpp - Rank-0 resources to dense constants ----===//

#include "QuantExt/CPU/Passes.h"
#include "QuantExt/IR/ConstantData.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTINLINESCALARRESOURCES
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;
using namespace mlir::quant_ext;

/// The element of a sound rank-0 resource as a dense constant; null for any
/// other.
static DenseElementsAttr getScalarAsDense(Attribute value) {
  auto resource = dyn_cast<DenseResourceElementsAttr>(value);
  if (!resource || resource.getType().getRank() != 0 ||
      findResourceProblem(resource))
    return {};
  ArrayRef<char> raw = resource.getData();
  bool isSplat;
  if (!DenseElementsAttr::isValidRawBuffer(resource.getType(), raw, isSplat))
    return {};
  return DenseElementsAttr::getFromRawBuffer(resource.getType(), raw);
}

namespace {
struct InlineScalarResources final
    : public quant_ext::impl::QuantExtInlineScalarResourcesBase<
          InlineScalarResources> {
  void runOnOperation() override {
    getOperation()->walk([&](arith::ConstantOp op) {
      if (DenseElementsAttr dense = getScalarAsDense(op.getValue())) {
        op.setValueAttr(dense);
        ++numInlined;
      }
    });
  }
};
} // namespace
