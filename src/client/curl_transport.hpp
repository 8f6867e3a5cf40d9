// The Transport over libcurl: HTTP/1.1 over TLS 1.2 or newer, one kept-alive connection.
//
// With a pin the server's public key must be the pinned one and nothing else counts, so that
// self-signed certificates work and no authority can vouch for another key; without a pin the
// system's certificate authorities and the host name decide. Redirects are never followed. https
// goes through https_proxy and no_proxy as every curl user expects, since TLS and pin reach through
// the proxy to the relay; plain http (loopback) never uses a proxy.
#pragma once

#include <memory>

#include "client/endpoint.hpp"
#include "client/transport.hpp"

namespace sealpost::client {

// `endpoint` has passed check_endpoint(). `interrupt` is asked about once a second and must outlive
// the transport.
std::unique_ptr<Transport> make_curl_transport(Endpoint endpoint, const base::Interrupt& interrupt);

}  // namespace sealpost::client
