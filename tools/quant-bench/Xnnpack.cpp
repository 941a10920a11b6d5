//===- Xnnpack.cpp - XNNPACK as a peer ------------------------------------===//
//
// Called through its operators, of which each is created for a scale, set up
// for buffers and run. Declared are the few functions that are used, as Debian
// 12 has them; later versions give sizes to functions of their own.
//
//===----------------------------------------------------------------------===//

#include "Peer.h"

#include <limits>

using namespace mlir;
using namespace quant_bench;

namespace {
/// Status 0 is success. `Pool` is null for one thread.
struct XnnpackApi {
  using Operator = void *;
  using Pool = void *;
  template <typename Input, typename Output>
  using Setup = int(Operator, size_t batch, const Input *, Output *, Pool);
  template <typename Integer>
  using CreateQuantize = int(size_t channels, size_t inputStride,
                             size_t outputStride, float scale,
                             Integer zeroPoint, Integer min, Integer max,
                             uint32_t flags, Operator *);
  template <typename Integer>
  using CreateDequantize = int(size_t channels, size_t inputStride,
                               size_t outputStride, float scale,
                               Integer zeroPoint, uint32_t flags, Operator *);

  /// Of i8 by i8 to i8; weights have a row for each input with this flag.
  static constexpr uint32_t transposedWeights = 1;
  using CreateProductI8 = int(size_t inputs, size_t outputs, size_t inputStride,
                              size_t outputStride, int8_t inputZeroPoint,
                              float inputScale, float weightScale,
                              const int8_t *weights, const int32_t *bias,
                              int8_t outputZeroPoint, float outputScale,
                              int8_t min, int8_t max, uint32_t flags,
                              Operator *);
  using CreateProductF32 = int(size_t inputs, size_t outputs,
                               size_t inputStride, size_t outputStride,
                               const float *weights, const float *bias,
                               float min, float max, uint32_t flags,
                               Operator *);

  int (*initialize)(const void *allocator);
  int (*runOperator)(Operator, Pool);
  int (*deleteOperator)(Operator);
  Pool (*createPool)(size_t threads);
  CreateQuantize<int8_t> *createToI8;
  CreateQuantize<uint8_t> *createToU8;
  CreateDequantize<int8_t> *createFromI8;
  CreateDequantize<uint8_t> *createFromU8;
  Setup<float, int8_t> *setupToI8;
  Setup<float, uint8_t> *setupToU8;
  Setup<int8_t, float> *setupFromI8;
  Setup<uint8_t, float> *setupFromU8;
  CreateProductI8 *createProductI8;
  CreateProductF32 *createProductF32;
  Setup<int8_t, int8_t> *setupProductI8;
  Setup<float, float> *setupProductF32;

  bool find(void *library, std::string &error) {
    Symbols symbols(library);
    symbols.find("xnn_initialize", initialize);
    symbols.find("xnn_run_operator", runOperator);
    symbols.find("xnn_delete_operator", deleteOperator);
    symbols.find("pthreadpool_create", createPool);
    symbols.find("xnn_create_convert_nc_f32_qs8", createToI8);
    symbols.find("xnn_create_convert_nc_f32_qu8", createToU8);
    symbols.find("xnn_create_convert_nc_qs8_f32", createFromI8);
    symbols.find("xnn_create_convert_nc_qu8_f32", createFromU8);
    symbols.find("xnn_setup_convert_nc_f32_qs8", setupToI8);
    symbols.find("xnn_setup_convert_nc_f32_qu8", setupToU8);
    symbols.find("xnn_setup_convert_nc_qs8_f32", setupFromI8);
    symbols.find("xnn_setup_convert_nc_qu8_f32", setupFromU8);
    symbols.find("xnn_create_fully_connected_nc_qs8", createProductI8);
    symbols.find("xnn_create_fully_connected_nc_f32", createProductF32);
    symbols.find("xnn_setup_fully_connected_nc_qs8", setupProductI8);
    symbols.find("xnn_setup_fully_connected_nc_f32", setupProductF32);
    if (!symbols.check(error))
      return false;
    void (*reshape)();
    Symbols later(library);
    later.find("xnn_reshape_convert_nc_f32_qs8", reshape);
    if (reshape)
      error = "its functions are those of a later version than expected";
    return !reshape;
  }
};

class Xnnpack : public Peer {
public:
  Xnnpack(const XnnpackApi &api, unsigned threads)
      : api(api), threads(threads),
        pool(threads > 1 ? api.createPool(threads) : nullptr) {}

  /// The library does not say.
  std::string getVersion() const override { return "of 2022"; }

  std::optional<Contestant> make(const Row &row, const Buffers &buffers,
                                 std::string &reason) const override;
  std::optional<Contestant> makeMatmul(const MatmulRow &row,
                                       const MatmulBuffers &buffers,
                                       std::string &reason) const override;

private:
  XnnpackApi::Operator create(const Row &row, const Buffers &buffers) const;
  XnnpackApi::Operator create(const MatmulRow &row,
                              const MatmulBuffers &buffers) const;
  std::optional<Contestant> makeContestant(XnnpackApi::Operator made,
                                           std::string &reason) const;

  XnnpackApi api;
  unsigned threads;
  XnnpackApi::Pool pool;
};
} // namespace

/// Null where it fails.
XnnpackApi::Operator Xnnpack::create(const Row &row,
                                     const Buffers &buffers) const {
  float scale = *buffers.scales.as<float>();
  int8_t zeroPoint = *buffers.zeroPoints.as<int8_t>();
  size_t count = row.geometry.elements();
  void *input = buffers.input.as<void>(),
       *output = buffers.results.output.as<void>();
  XnnpackApi::Operator op = nullptr;
  auto make = [&](auto create, auto setup, auto in, auto out, auto... more) {
    return create(count, count, count, scale, more..., 0, &op) == 0 &&
           setup(op, 1, static_cast<decltype(in)>(input),
                 static_cast<decltype(out)>(output), pool) == 0;
  };
  auto *f32 = static_cast<float *>(nullptr);
  auto *i8 = static_cast<int8_t *>(nullptr);
  auto *u8 = static_cast<uint8_t *>(nullptr);
  auto zero = static_cast<uint8_t>(zeroPoint);
  bool isSigned = row.storage == Storage::I8;
  bool isMade =
      row.op == RowOp::Quantize
          ? (isSigned ? make(api.createToI8, api.setupToI8, f32, i8, zeroPoint,
                             int8_t(-128), int8_t(127))
                      : make(api.createToU8, api.setupToU8, f32, u8, zero,
                             uint8_t(0), uint8_t(255)))
          : (isSigned
                 ? make(api.createFromI8, api.setupFromI8, i8, f32, zeroPoint)
                 : make(api.createFromU8, api.setupFromU8, u8, f32, zero));
  if (isMade)
    return op;
  if (op)
    api.deleteOperator(op);
  return nullptr;
}

std::optional<Contestant> Xnnpack::make(const Row &row, const Buffers &buffers,
                                        std::string &reason) const {
  bool isConversion = row.op == RowOp::Quantize || row.op == RowOp::Dequantize;
  bool hasTypes = row.value == ValueType::F32 &&
                  (row.storage == Storage::I8 || row.storage == Storage::U8);
  if (!isConversion || !hasTypes || row.granularity != Granularity::PerTensor) {
    reason = "no operator of XNNPACK computes this";
    return std::nullopt;
  }
  if (row.op == RowOp::Quantize && row.division == Division::Exact) {
    reason = "XNNPACK multiplies by the reciprocal";
    return std::nullopt;
  }
  std::optional<Contestant> contestant =
      makeContestant(create(row, buffers), reason);
  if (contestant) {
    contestant->bytes = row.bytes();
    contestant->division = row.division;
    contestant->agreement = Agreement::Numbers;
  }
  return contestant;
}

/// Null where it fails.
XnnpackApi::Operator Xnnpack::create(const MatmulRow &row,
                                     const MatmulBuffers &buffers) const {
  XnnpackApi::Operator op = nullptr;
  bool isMade;
  if (row.kind == MatmulRow::Kind::Float) {
    constexpr float unbounded = std::numeric_limits<float>::infinity();
    isMade = api.createProductF32(row.k, row.n, row.k, row.n,
                                  buffers.weights.as<float>(), nullptr,
                                  -unbounded, unbounded,
                                  XnnpackApi::transposedWeights, &op) == 0 &&
             api.setupProductF32(op, row.m, buffers.activations.as<float>(),
                                 buffers.result.as<float>(), pool) == 0;
  } else {
    isMade = api.createProductI8(
                 row.k, row.n, row.k, row.n, /*inputZeroPoint=*/0,
                 row.getMultiplier(), /*weightScale=*/1,
                 buffers.weights.as<int8_t>(), nullptr, /*outputZeroPoint=*/0,
                 /*outputScale=*/1, -128, 127, XnnpackApi::transposedWeights,
                 &op) == 0 &&
             api.setupProductI8(op, row.m, buffers.activations.as<int8_t>(),
                                buffers.result.as<int8_t>(), pool) == 0;
  }
  if (isMade)
    return op;
  if (op)
    api.deleteOperator(op);
  return nullptr;
}

std::optional<Contestant> Xnnpack::makeMatmul(const MatmulRow &row,
                                              const MatmulBuffers &buffers,
                                              std::string &reason) const {
  if (row.kind != MatmulRow::Kind::Requantized &&
      row.kind != MatmulRow::Kind::Float) {
    reason = "no operator of XNNPACK computes this";
    return std::nullopt;
  }
  std::optional<Contestant> contestant =
      makeContestant(create(row, buffers), reason);
  if (contestant)
    contestant->bytes = row.operations();
  return contestant;
}

std::optional<Contestant> Xnnpack::makeContestant(XnnpackApi::Operator made,
                                                  std::string &reason) const {
  if (!made) {
    reason = "XNNPACK cannot create the operator";
    return std::nullopt;
  }
  std::shared_ptr<void> op(made, api.deleteOperator);
  Contestant contestant;
  contestant.name = "xnnpack";
  contestant.threads = threads;
  contestant.run = [op, run = api.runOperator, pool = pool] {
    run(op.get(), pool);
  };
  return contestant;
}

std::unique_ptr<Peer> quant_bench::createXnnpack(void *library,
                                                 unsigned threads,
                                                 std::string &error) {
  XnnpackApi api;
  if (!api.find(library, error))
    return nullptr;
  if (api.initialize(nullptr) != 0) {
    error = "it does not initialize on this machine";
    return nullptr;
  }
  return std::make_unique<Xnnpack>(api, threads);
}
