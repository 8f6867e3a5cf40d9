#include "relay/http/respond.hpp"

#include <memory>

namespace sealpost::relay {
namespace {

struct Destroy {
  void operator()(MHD_Response* response) const { MHD_destroy_response(response); }
};
using Response = std::unique_ptr<MHD_Response, Destroy>;

Response make(Reply& reply) {
  if (!reply.file) {
    return Response(MHD_create_response_from_buffer(reply.body.size(), reply.body.data(),
                                                    MHD_RESPMEM_PERSISTENT));
  }
  FileRange& range = *reply.file;
  Response response(
      MHD_create_response_from_fd_at_offset64(range.length, range.file.get(), range.offset));
  if (response) range.file.release();  // closed with the response
  return response;
}

bool add(const Response& response, const char* name, const std::string& value) {
  return MHD_add_response_header(response.get(), name, value.c_str()) == MHD_YES;
}

}  // namespace

MHD_Result respond(MHD_Connection* connection, Reply& reply) {
  const Response response = make(reply);
  if (!response) return MHD_NO;
  if (!reply.type.empty() && !add(response, "Content-Type", reply.type)) return MHD_NO;
  if (!add(response, "Cache-Control", "no-store")) return MHD_NO;
  for (const auto& header : reply.headers) {
    if (!add(response, header.first.c_str(), header.second)) return MHD_NO;
  }
  return MHD_queue_response(connection, static_cast<unsigned>(reply.status), response.get());
}

}  // namespace sealpost::relay
