#include "report/consents.hpp"

#include "report/bundle.hpp"
#include "report/fhir.hpp"
#include "report/fields.hpp"
#include "text/time.hpp"

namespace sealpost::report {
namespace {

using base::Result;

class CsvWriter final : public ConsentWriter {
 public:
  explicit CsvWriter(base::ByteSink& sink) : sink_(sink) {}
  Result<void> write(const Consent& consent) override {
    TRY(finish());
    return report::write(sink_, csv_row_of(row_of(consent), kConsentColumns));
  }
  // The names of the columns stand there even when nothing follows.
  Result<void> finish() override {
    if (has_begun_) return {};
    has_begun_ = true;
    return report::write(sink_, header_row(kConsentColumns));
  }

 private:
  base::ByteSink& sink_;
  bool has_begun_ = false;
};

class JsonWriter final : public ConsentWriter {
 public:
  explicit JsonWriter(base::ByteSink& sink) : sink_(sink) {}
  Result<void> write(const Consent& consent) override {
    const Row row = row_of(consent);
    return report::write(sink_, json_line_of(row, kConsentColumns, at(row, "type")));
  }
  Result<void> finish() override { return {}; }

 private:
  base::ByteSink& sink_;
};

class BundleWriter final : public ConsentWriter {
 public:
  BundleWriter(base::ByteSink& sink, std::string organisation, base::Time now)
      : sink_(sink), organisation_(std::move(organisation)), now_(now) {}

  Result<void> write(const Consent& consent) override {
    return std::visit([this](const auto& value) { return write_one(value); }, consent);
  }
  // An empty array is none in FHIR.
  Result<void> finish() override {
    return report::write(sink_, is_empty_ ? head() + "}\n" : "\n]}\n");
  }

 private:
  template <typename Value>
  Result<void> write_one(const Value& value) {
    std::string text = is_empty_ ? head() + ",\"entry\":[\n" : ",\n";
    is_empty_ = false;
    text += "{\"fullUrl\":\"urn:sealpost:consent:" + value.id + "\",\"resource\":";
    return report::write(sink_, text + format_resource(value, organisation_) + "}");
  }
  std::string head() const {
    return R"({"resourceType":"Bundle","type":"collection","timestamp":")" +
           text::format_time(now_) + "\"";
  }
  base::ByteSink& sink_;
  std::string organisation_;
  base::Time now_;
  bool is_empty_ = true;
};

Result<void> read_fhir(base::ByteSource& source, const Take<Consent>& take) {
  const auto consent_of_entry = [](Result<text::Json> entry) -> Result<Consent> {
    if (!entry) return base::Error{base::Code::kMalformed, "it is " + entry.error().text, ""};
    const auto resource = entry->find("resource");
    if (!entry->is_object() || resource == entry->end()) {
      return base::Error{base::Code::kMalformed, "it has no resource", ""};
    }
    return parse_resource(*resource);
  };
  return read_bundle(source, [&](Result<text::Json> entry, std::uint64_t number) -> Result<void> {
    const std::string place = "entry " + std::to_string(number);
    auto consent = consent_of_entry(std::move(entry));
    if (consent) return take.value(*std::move(consent), place);
    take.problem({place, consent.error().text});
    return {};
  });
}

Result<void> read_table(Format format, base::ByteSource& source, const Take<Consent>& take) {
  static constexpr std::string_view kRequired[] = {"contact"};
  const Take<Row> rows{[&](const Row& row, const std::string& place) -> Result<void> {
                         auto consent = consent_of(row);
                         if (consent) return take.value(*std::move(consent), place);
                         take.problem({place, consent.error().text});
                         return {};
                       },
                       take.problem};
  return read_rows(format, source, kConsentColumns, kRequired, rows);
}

}  // namespace

std::optional<Format> format_from_name(std::string_view name) {
  if (name == "csv") return Format::kCsv;
  if (name == "jsonl") return Format::kJsonLines;
  if (name == "fhir") return Format::kFhir;
  return std::nullopt;
}

std::unique_ptr<ConsentWriter> consent_writer(Format format, base::ByteSink& sink,
                                              std::string organisation, base::Time now) {
  if (format == Format::kCsv) return std::make_unique<CsvWriter>(sink);
  if (format == Format::kJsonLines) return std::make_unique<JsonWriter>(sink);
  return std::make_unique<BundleWriter>(sink, std::move(organisation), now);
}

Result<void> read_consents(Format format, base::ByteSource& source, const Take<Consent>& take) {
  return format == Format::kFhir ? read_fhir(source, take) : read_table(format, source, take);
}

}  // namespace sealpost::report
