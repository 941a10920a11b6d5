//===- TargetPasses.td - Passes on the target --------------*- tablegen -*-===//

#ifndef QUANTEXT_CPU_TARGETPASSES_TD
#define QUANTEXT_CPU_TARGETPASSES_TD

include "QuantExt/CPU/PassOptions.td"

def QuantExtSetTarget : Pass<"quant-ext-set-target", "ModuleOp"> {
  let summary = "Write the target's CPU and features on functions";
  let description = [{
    Puts `target_cpu` and `target_features` on every function that has a body,
    so that the LLVM functions made from it carry them. The features are written
    out in full, those that the target lacks with a minus sign: a JIT starts
    from the features of the machine it runs on.

    A function that already names a CPU keeps its own. An unknown target or
    feature is an error.

    Example: with `target=x86-64-v3`,

    ```mlir
    func.func @f() {
      return
    }
    ```

    becomes

    ```mlir
    func.func @f() attributes {target_cpu = "x86-64-v3",
        target_features = #llvm.target_features<
            ["+...", "+avx2", "+...", "-avx512f", "+..."]>} {
      return
    }
    ```

    where `"+..."` stands for the other features.
  }];
  let options = targetOptions;
  let statistics = [
    Statistic<"numFunctions", "functions", "Functions given a target">,
  ];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // QUANTEXT_CPU_TARGETPASSES_TD
