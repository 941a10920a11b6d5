//===- QuantExtBytecode.cpp - Versioned bytecode of quant_ext -------------===//

#include "QuantExt/IR/QuantExt.h"

#include "mlir/Bytecode/BytecodeImplementation.h"

using namespace mlir;
using namespace mlir::quant_ext;

namespace {

/// Raised whenever an encoding below changes; files of older versions are
/// still read, files of newer ones are refused.
constexpr uint64_t kCurrentVersion = 1;

/// The kinds of attribute, in the order they were given their codes.
enum AttributeCode : uint64_t { kStorage = 0, kRounding = 1, kDivision = 2 };

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

  LogicalResult writeAttribute(Attribute attr,
                               DialectBytecodeWriter &writer) const override {
    if (auto storage = dyn_cast<StorageAttr>(attr)) {
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
    return failure();
  }

  Attribute readAttribute(DialectBytecodeReader &reader) const override {
    uint64_t code;
    if (failed(reader.readVarInt(code)))
      return {};
    switch (code) {
    case kStorage:
      return readStorage(reader);
    case kRounding:
      return readEnum<RoundingAttr, Rounding>(reader);
    case kDivision:
      return readEnum<DivisionAttr, Division>(reader);
    }
    reader.emitError() << "unknown quant_ext attribute code " << code;
    return {};
  }

private:
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
    return StorageAttr::getChecked(
        [&] { return reader.emitError(); }, getContext(),
        IntegerType::get(getContext(), width), isSigned, min, max);
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

void QuantExtDialect::registerInterfaces() {
  addInterfaces<QuantExtBytecodeInterface>();
}
