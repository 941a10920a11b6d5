//===- DropLoopBarriers.cpp - One barrier at the end of threads -----------===//

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/OpenMP/OpenMPDialect.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTDROPLOOPBARRIERS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;

namespace {

struct DropLoopBarriersPass final
    : public quant_ext::impl::QuantExtDropLoopBarriersBase<
          DropLoopBarriersPass> {
  void runOnOperation() override {
    getOperation().walk([](omp::WsloopOp loop) {
      // The end of the threads is a barrier itself.
      if (isa<omp::ParallelOp>(loop->getParentOp()) &&
          isa_and_nonnull<omp::TerminatorOp>(loop->getNextNode()))
        loop.setNowait(true);
    });
  }
};

} // namespace
