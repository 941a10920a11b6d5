//===- OnnxModel.h - A row as a model of ONNX -------------------*- C++ -*-===//

#ifndef QUANT_BENCH_ONNXMODEL_H
#define QUANT_BENCH_ONNXMODEL_H

#include "Matmul.h"
#include "Rows.h"

#include <optional>
#include <string>
#include <vector>

namespace quant_bench {

/// An operand or a result of a model.
struct OnnxTensor {
  std::string name;
  /// One of TensorProto.DataType.
  int type;
  std::vector<int64_t> dimensions;
};

/// Bits of an element of this type.
unsigned getOnnxBits(int type);

struct OnnxModel {
  /// In the order of makeMLIRSource; always with zero points, whose type says
  /// which integers are meant.
  std::vector<OnnxTensor> inputs, outputs;
  /// A serialized ModelProto.
  std::string bytes;
};

/// None for what no operator of ONNX is.
std::optional<OnnxModel> makeOnnxModel(const Row &row);

/// MatMulInteger, QLinearMatMul, MatMul, or DynamicQuantizeLinear before the
/// first and scales behind it, with weights as an initializer. None for what no
/// operators of ONNX are.
std::optional<OnnxModel> makeOnnxModel(const MatmulRow &row,
                                       const MatmulBuffers &buffers);

} // namespace quant_bench

#endif // QUANT_BENCH_ONNXMODEL_H
