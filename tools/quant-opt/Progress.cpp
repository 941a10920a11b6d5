//===- Progress.cpp - What takes long, on stderr --------------------------===//

#include "Progress.h"

#include "QuantExt/IR/ConstantData.h"
#include "QuantExt/IR/FoldResourceAction.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <chrono>
#include <mutex>

using namespace mlir;
using namespace mlir::quant_ext;
using namespace quant_opt;

using Clock = std::chrono::steady_clock;

static double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The resource that an operation of ours rounds; null for any other operation,
/// and for one that is part of what folds with another.
static DenseResourceElementsAttr getRoundedResource(Operation *op) {
  DenseResourceElementsAttr resource;
  if (isa<QuantizeOp, RequantizeOp, RequantizeFixedPointOp>(op))
    matchPattern(op->getOperand(0), m_Constant(&resource));
  return resource;
}

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

/// Passes and folds come from any thread.
struct Progress::State {
  explicit State(StringRef inputName) : inputName(inputName.str()) {}

  void print(const Twine &text) {
    llvm::errs() << llvm::format("[%.2f s] ", secondsSince(start)) << text
                 << "\n";
  }

  void endReading() {
    uint64_t bytes = 0;
    std::string size;
    if (inputName != "-" && !llvm::sys::fs::file_size(inputName, bytes))
      llvm::raw_string_ostream(size)
          << llvm::format(", %.1f MiB", bytes / 0x1p20);
    print("read " + (inputName == "-" ? "stdin" : inputName) + size);
  }

  void beginPass(Pass *pass, Operation *op) {
    std::lock_guard<std::mutex> lock(mutex);
    // Those inside adaptors have names of their own.
    if (pass->getArgument().empty())
      return;
    print("pass " + pass->getArgument());
    if (op->getParentOp())
      return;
    toFold = folded;
    op->walk([&](Operation *inner) {
      toFold += static_cast<bool>(getRoundedResource(inner));
    });
  }

  void fold(llvm::function_ref<void()> evaluate, Operation *op) {
    DenseResourceElementsAttr resource = getRoundedResource(op);
    Clock::time_point begin = Clock::now();
    evaluate();
    if (!resource)
      return;
    double seconds = secondsSince(begin);
    std::lock_guard<std::mutex> lock(mutex);
    ++folded;
    std::string text;
    llvm::raw_string_ostream os(text);
    os << "folded " << folded;
    // Functions that are worked on apart have not been counted together.
    if (folded <= toFold)
      os << " of " << toFold;
    os << ": " << resource.getRawHandle().getKey() << ", " << resource.getType()
       << " to " << getElementTypeOrSelf(op->getResult(0).getType())
       << llvm::format(", %.1f MiB in %.4f s",
                       resource.getRawHandle().getBlob()->getData().size() /
                           0x1p20,
                       seconds);
    print(text);
  }

  std::string inputName;
  Clock::time_point start = Clock::now();
  std::mutex mutex;
  unsigned folded = 0, toFold = 0;
};

//===----------------------------------------------------------------------===//
// Progress
//===----------------------------------------------------------------------===//

namespace {
template <typename State>
struct Watcher : PassInstrumentation {
  explicit Watcher(std::shared_ptr<State> state) : state(std::move(state)) {}
  void runBeforePass(Pass *pass, Operation *op) override {
    state->beginPass(pass, op);
  }

  std::shared_ptr<State> state;
};
} // namespace

Progress::Progress(StringRef inputName)
    : state(std::make_shared<State>(inputName)) {}

void Progress::endWriting() { state->print("written"); }

void Progress::watch(PassManager &passManager) {
  state->endReading();
  passManager.addInstrumentation(std::make_unique<Watcher<State>>(state));
  MLIRContext *context = passManager.getContext();
  // Actions have one handler, and --log-actions-to has asked for them.
  if (context->hasActionHandler())
    return;
  context->registerActionHandler(
      [state = state](llvm::function_ref<void()> transform,
                      const tracing::Action &action) {
        if (auto *fold = dyn_cast<FoldResourceAction>(&action))
          state->fold(transform, fold->getOperation());
        else
          transform();
      });
}
