//===- QuantExtBytecode.cpp - Versioned bytecode of quant_ext -------------===//

#include "QuantExt/IR/QuantExt.h"

#include "mlir/Bytecode/BytecodeImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

/// Raised whenever an encoding below changes; files of older versions are
/// still read, files of newer ones are refused. Version 2 has float storages,
/// and `precision` and `saturate` on the operations that quantize. Version 3
/// has seeds and positions, and the sizes of operand segments for them, and
/// `scale_storage` on choose_qparams.
constexpr uint64_t kCurrentVersion = 3;

/// The kinds of attribute, in the order they were given their codes.
enum AttributeCode : uint64_t {
  kStorage = 0,
  kRounding = 1,
  kDivision = 2,
  kFloatStorage = 3,
  kFixedPointRounding = 4
};

struct QuantExtVersion : public DialectVersion {
  explicit QuantExtVersion(uint64_t version) : version(version) {}
  uint64_t version;
};

struct QuantExtBytecodeInterface : public BytecodeDialectInterface {
  explicit QuantExtBytecodeInterface(Dialect *dialect)
      : BytecodeDialectInterface(dialect) {}

  void writeVersion(DialectBytecodeWriter &writer) const override {
    writer.writeVarInt(kCurrentVersion);
  }

  std::unique_ptr<DialectVersion>
  readVersion(DialectBytecodeReader &reader) const override {
    uint64_t version;
    if (failed(reader.readVarInt(version)))
      return nullptr;
    if (version > kCurrentVersion) {
      reader.emitError() << "quant_ext bytecode must be of version "
                         << kCurrentVersion << " or older, found version "
                         << version;
      return nullptr;
    }
    return std::make_unique<QuantExtVersion>(version);
  }

  LogicalResult
  upgradeFromVersion(Operation *topLevelOp,
                     const DialectVersion &version) const override {
    if (static_cast<const QuantExtVersion &>(version).version < 3)
      topLevelOp->walk([](Operation *op) {
        llvm::TypeSwitch<Operation *>(op)
            .Case<QuantizeOp, FakeQuantizeOp, ApplyQuantizeOp>(
                [](auto typed) { addOperandSegments(typed); });
      });
    return success();
  }

  LogicalResult writeAttribute(Attribute attr,
                               DialectBytecodeWriter &writer) const override {
    auto storage = dyn_cast<StorageAttr>(attr);
    if (storage && storage.isFloat()) {
      writer.writeVarInt(kFloatStorage);
      writer.writeType(storage.getElementType());
      return success();
    }
    if (storage) {
      writer.writeVarInt(kStorage);
      writer.writeVarInt(storage.getWidth());
      writer.writeOwnedBool(storage.getIsSigned());
      writer.writeSignedVarInt(storage.getMin());
      writer.writeSignedVarInt(storage.getMax());
      return success();
    }
    if (auto rounding = dyn_cast<RoundingAttr>(attr)) {
      writer.writeVarInt(kRounding);
      writer.writeVarInt(static_cast<uint64_t>(rounding.getValue()));
      return success();
    }
    if (auto division = dyn_cast<DivisionAttr>(attr)) {
      writer.writeVarInt(kDivision);
      writer.writeVarInt(static_cast<uint64_t>(division.getValue()));
      return success();
    }
    if (auto rounding = dyn_cast<FixedPointRoundingAttr>(attr)) {
      writer.writeVarInt(kFixedPointRounding);
      writer.writeVarInt(static_cast<uint64_t>(rounding.getValue()));
      return success();
    }
    return failure();
  }

  Attribute readAttribute(DialectBytecodeReader &reader) const override {
    uint64_t code;
    if (failed(reader.readVarInt(code)))
      return {};
    switch (code) {
    case kStorage:
      return readStorage(reader);
    case kFloatStorage:
      return readFloatStorage(reader);
    case kRounding:
      return readEnum<RoundingAttr, Rounding>(reader);
    case kDivision:
      return readEnum<DivisionAttr, Division>(reader);
    case kFixedPointRounding:
      return readEnum<FixedPointRoundingAttr, FixedPointRounding>(reader);
    }
    reader.emitError() << "unknown quant_ext attribute code " << code;
    return {};
  }

private:
  /// Sizes for what files before version 3 have: an input, a scale and perhaps
  /// a zero point. Properties are read before it is known which of these are
  /// there.
  template <typename OpT>
  static void addOperandSegments(OpT op) {
    int32_t count = op->getNumOperands();
    // What verifies does not have fewer, nor more.
    op.getProperties().operandSegmentSizes = {1, 1, std::max(count - 2, 0), 0,
                                              0};
  }

  Attribute readStorage(DialectBytecodeReader &reader) const {
    uint64_t width;
    bool isSigned;
    int64_t min, max;
    if (failed(reader.readVarInt(width)) || failed(reader.readBool(isSigned)) ||
        failed(reader.readSignedVarInt(min)) ||
        failed(reader.readSignedVarInt(max)))
      return {};
    if (width == 0 || width > 64) {
      reader.emitError() << "storage width must be 2 to 16, or 32, found "
                         << width;
      return {};
    }
    Type type = IntegerType::get(getContext(), width);
    return StorageAttr::getChecked([&] { return reader.emitError(); },
                                   getContext(), type, isSigned, min, max);
  }

  static Attribute readFloatStorage(DialectBytecodeReader &reader) {
    Type type;
    if (failed(reader.readType(type)))
      return {};
    if (StorageAttr storage = StorageAttr::getFloat(type))
      return storage;
    reader.emitError() << "storage must be of one of the float types, found "
                       << type;
    return {};
  }

  template <typename AttrT, typename EnumT>
  Attribute readEnum(DialectBytecodeReader &reader) const {
    uint64_t code;
    if (failed(reader.readVarInt(code)))
      return {};
    auto value = static_cast<EnumT>(code);
    if (stringifyEnum(value).empty()) {
      reader.emitError() << "unknown value " << code << " of "
                         << AttrT::getMnemonic();
      return {};
    }
    return AttrT::get(getContext(), value);
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Properties of the operations that quantize
//===----------------------------------------------------------------------===//

static bool isOlderThan(DialectBytecodeReader &reader, uint64_t version) {
  auto found = reader.getDialectVersion<QuantExtDialect>();
  return succeeded(found) &&
         static_cast<const QuantExtVersion *>(*found)->version < version;
}

/// An attribute that no file before version `since` has.
template <uint64_t since, typename AttrT>
static LogicalResult readSinceVersion(DialectBytecodeReader &reader,
                                      AttrT &attr) {
  if (isOlderThan(reader, since))
    return success();
  return reader.readOptionalAttribute(attr);
}

/// Sizes that no file before version 3 has.
static LogicalResult readSinceVersion3(DialectBytecodeReader &reader,
                                       MutableArrayRef<int32_t> sizes) {
  if (isOlderThan(reader, 3))
    return success();
  return reader.readSparseArray(sizes);
}

template <typename OpT>
static LogicalResult readConversion(DialectBytecodeReader &reader,
                                    typename OpT::Properties &prop) {
  return failure(failed(reader.readOptionalAttribute(prop.division)) ||
                 failed(readSinceVersion<2>(reader, prop.precision)) ||
                 failed(reader.readOptionalAttribute(prop.rounding)) ||
                 failed(readSinceVersion<2>(reader, prop.saturate)) ||
                 failed(reader.readAttribute(prop.storage)) ||
                 failed(readSinceVersion3(reader, prop.operandSegmentSizes)));
}

template <typename OpT>
static void writeConversion(DialectBytecodeWriter &writer,
                            const typename OpT::Properties &prop) {
  writer.writeOptionalAttribute(prop.division);
  writer.writeOptionalAttribute(prop.precision);
  writer.writeOptionalAttribute(prop.rounding);
  writer.writeOptionalAttribute(prop.saturate);
  writer.writeAttribute(prop.storage);
  writer.writeSparseArray(ArrayRef<int32_t>(prop.operandSegmentSizes));
}

template <typename OpT>
static LogicalResult readOneScale(DialectBytecodeReader &reader,
                                  OperationState &state) {
  auto &prop = state.getOrAddProperties<typename OpT::Properties>();
  return failure(failed(reader.readOptionalAttribute(prop.axis)) ||
                 failed(reader.readOptionalAttribute(prop.block_sizes)) ||
                 failed(readConversion<OpT>(reader, prop)));
}

template <typename OpT>
static void writeOneScale(OpT op, DialectBytecodeWriter &writer) {
  const auto &prop = op.getProperties();
  writer.writeOptionalAttribute(prop.axis);
  writer.writeOptionalAttribute(prop.block_sizes);
  writeConversion<OpT>(writer, prop);
}

LogicalResult QuantizeOp::readProperties(DialectBytecodeReader &reader,
                                         OperationState &state) {
  return readOneScale<QuantizeOp>(reader, state);
}
void QuantizeOp::writeProperties(DialectBytecodeWriter &writer) {
  writeOneScale(*this, writer);
}

LogicalResult FakeQuantizeOp::readProperties(DialectBytecodeReader &reader,
                                             OperationState &state) {
  return readOneScale<FakeQuantizeOp>(reader, state);
}
void FakeQuantizeOp::writeProperties(DialectBytecodeWriter &writer) {
  writeOneScale(*this, writer);
}

LogicalResult ApplyQuantizeOp::readProperties(DialectBytecodeReader &reader,
                                              OperationState &state) {
  return readConversion<ApplyQuantizeOp>(
      reader, state.getOrAddProperties<Properties>());
}
void ApplyQuantizeOp::writeProperties(DialectBytecodeWriter &writer) {
  writeConversion<ApplyQuantizeOp>(writer, getProperties());
}

LogicalResult ChooseQParamsOp::readProperties(DialectBytecodeReader &reader,
                                              OperationState &state) {
  auto &prop = state.getOrAddProperties<Properties>();
  return failure(failed(reader.readOptionalAttribute(prop.axis)) ||
                 failed(reader.readOptionalAttribute(prop.block_sizes)) ||
                 failed(readSinceVersion<3>(reader, prop.scale_storage)) ||
                 failed(reader.readAttribute(prop.storage)));
}
void ChooseQParamsOp::writeProperties(DialectBytecodeWriter &writer) {
  const Properties &prop = getProperties();
  writer.writeOptionalAttribute(prop.axis);
  writer.writeOptionalAttribute(prop.block_sizes);
  writer.writeOptionalAttribute(prop.scale_storage);
  writer.writeAttribute(prop.storage);
}

void QuantExtDialect::registerInterfaces() {
  addInterfaces<QuantExtBytecodeInterface>();
}
