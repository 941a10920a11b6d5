# usage: lower.sh MLIR_OPT MLIR_TRANSLATE CLANG LIB_DIR MODULE.mlir LIBRARY.so
#
# Upstream's own lowering, so that what is judged is the import and nothing else.
set -eu
mlir_opt=$1 mlir_translate=$2 clang=$3 lib_dir=$4 module=$5 library=$6
"$mlir_opt" "$module" -o "$library.llvm.mlir" \
  --llvm-request-c-wrappers \
  --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
  --convert-linalg-to-loops --expand-strided-metadata --lower-affine \
  --convert-scf-to-cf --convert-cf-to-llvm --convert-arith-to-llvm \
  --finalize-memref-to-llvm --convert-func-to-llvm --convert-index-to-llvm \
  --reconcile-unrealized-casts
"$mlir_translate" --mlir-to-llvmir "$library.llvm.mlir" -o "$library.ll"
"$clang" -O1 -shared -fPIC -Wno-override-module -x ir "$library.ll" -o "$library" \
  -L"$lib_dir" -Wl,-rpath,"$lib_dir" -lmlir_c_runner_utils
