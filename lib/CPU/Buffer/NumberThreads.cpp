//===- NumberThreads.cpp - Iterations by the number of a thread -----------===//
//
// The runtime's own way to share a loop takes about as long as to start the
// threads and to wait for them (0.4 us each on Zen 4, two threads): it is told
// where the loop begins and ends, and keeps book. A thread can work its share
// out by itself from its number.
//
//===----------------------------------------------------------------------===//

#include "QuantExt/CPU/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/FunctionCallUtils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/OpenMP/OpenMPDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::quant_ext {
#define GEN_PASS_DEF_QUANTEXTNUMBERTHREADS
#include "QuantExt/CPU/Passes.h.inc"
} // namespace mlir::quant_ext

using namespace mlir;

/// Whether all threads wait for each other right after the loop, and need not
/// before, as they do where it may be cancelled.
static bool isLast(omp::WsloopOp wsloop) {
  bool isCancelled =
      wsloop
          .walk([](Operation *op) {
            return isa<omp::CancelOp, omp::CancellationPointOp>(op)
                       ? WalkResult::interrupt()
                       : WalkResult::advance();
          })
          .wasInterrupted();
  return !isCancelled && isa<omp::ParallelOp>(wsloop->getParentOp()) &&
         isa_and_nonnull<omp::TerminatorOp>(wsloop->getNextNode());
}

/// The loop that `wsloop` shares, where it is one over a single index of which
/// nothing is asked.
static omp::LoopNestOp matchPlainLoop(omp::WsloopOp wsloop) {
  auto nest = dyn_cast<omp::LoopNestOp>(wsloop.getWrappedLoop());
  if (!nest || wsloop.getNestedWrapper() || wsloop->getNumOperands() != 0 ||
      wsloop.getScheduleKind() || wsloop.getOrdered() || wsloop.getOrder() ||
      nest.getNumLoops() != 1 || nest.getLoopInclusive() ||
      !nest.getRegion().hasOneBlock() ||
      !nest.getIVs().front().getType().isIndex())
    return nullptr;
  return nest;
}

namespace {

struct NumberThreadsPass final
    : public quant_ext::impl::QuantExtNumberThreadsBase<NumberThreadsPass> {
  using QuantExtNumberThreadsBase::QuantExtNumberThreadsBase;

  void runOnOperation() override {
    SmallVector<omp::WsloopOp> loops;
    getOperation().walk([&](omp::WsloopOp loop) { loops.push_back(loop); });
    IRRewriter rewriter(&getContext());
    for (omp::WsloopOp loop : loops)
      if (failed(number(rewriter, loop)))
        return signalPassFailure();
  }

  LogicalResult number(RewriterBase &rewriter, omp::WsloopOp wsloop) {
    if (!isLast(wsloop))
      return success();
    omp::LoopNestOp nest = matchPlainLoop(wsloop);
    if (!nest) {
      wsloop.setNowait(true);
      return success();
    }
    Location loc = wsloop.getLoc();
    rewriter.setInsertionPoint(wsloop);
    FailureOr<Value> thread = emitCall(rewriter, wsloop, "omp_get_thread_num");
    FailureOr<Value> threads =
        emitCall(rewriter, wsloop, "omp_get_num_threads");
    if (failed(thread) || failed(threads))
      return failure();
    Value begin = nest.getLoopLowerBounds().front(),
          end = nest.getLoopUpperBounds().front(),
          step = nest.getLoopSteps().front();
    // Of the iterations, counted from 0 whatever the direction, neighbours.
    ImplicitLocOpBuilder b(loc, rewriter);
    Value zero = arith::ConstantIndexOp::create(b, 0),
          one = arith::ConstantIndexOp::create(b, 1);
    Value length = b.createOrFold<arith::SubIOp>(end, begin);
    Value count = b.createOrFold<arith::CeilDivSIOp>(length, step);
    count = b.createOrFold<arith::MaxSIOp>(count, zero);
    Value share = b.createOrFold<arith::CeilDivSIOp>(count, *threads);
    Value first = b.createOrFold<arith::MulIOp>(*thread, share);
    Value next = b.createOrFold<arith::AddIOp>(first, share);
    Value last = b.createOrFold<arith::MinSIOp>(count, next);
    auto loop = scf::ForOp::create(b, first, last, one);
    b.setInsertionPointToStart(loop.getBody());
    Value offset = b.createOrFold<arith::MulIOp>(loop.getInductionVar(), step);
    Value index = b.createOrFold<arith::AddIOp>(begin, offset);
    Operation *yield = nest.getRegion().front().getTerminator();
    rewriter.eraseOp(yield);
    rewriter.inlineBlockBefore(&nest.getRegion().front(),
                               loop.getBody()->getTerminator(), index);
    rewriter.eraseOp(wsloop);
    ++numLoops;
    return success();
  }

  /// What that function of the runtime returns, an int in C: by the declaration
  /// that the module has, or one that is not given a C interface of its own.
  static FailureOr<Value> emitCall(RewriterBase &rewriter, omp::WsloopOp wsloop,
                                   StringRef name) {
    Location loc = wsloop.getLoc();
    Type i32 = rewriter.getI32Type();
    auto module = wsloop->getParentOfType<ModuleOp>();
    Operation *symbol = module.lookupSymbol(name);
    auto declared = dyn_cast_if_present<func::FuncOp>(symbol);
    Value number;
    if (declared &&
        declared.getFunctionType() == rewriter.getFunctionType({}, i32)) {
      number = func::CallOp::create(rewriter, loc, declared).getResult(0);
    } else if (symbol && !isa<LLVM::LLVMFuncOp>(symbol)) {
      InFlightDiagnostic diagnostic =
          wsloop.emitOpError("needs '")
          << name << "' of the OpenMP runtime, of type '() -> i32'";
      diagnostic.attachNote(symbol->getLoc()) << "found another symbol here";
      return failure();
    } else {
      FailureOr<LLVM::LLVMFuncOp> function =
          LLVM::lookupOrCreateFn(rewriter, module, name, {}, i32);
      if (failed(function))
        return failure();
      number = LLVM::CallOp::create(rewriter, loc, *function, ValueRange())
                   .getResult();
    }
    return arith::IndexCastOp::create(rewriter, loc, rewriter.getIndexType(),
                                      number)
        .getResult();
  }
};

} // namespace
