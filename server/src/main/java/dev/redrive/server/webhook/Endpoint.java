// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What connections are shared by: deliveries to one scheme, host and port that trust the same
 * authorities. Whether private addresses are allowed is no part of it: that is asked anew at every
 * use of a connection.
 */
record Endpoint(boolean tls, String host, int port, List<X509Certificate> authorities) {
  static Endpoint of(Destination destination) {
    WebhookUrl url = destination.url();
    return new Endpoint(url.tls(), url.host(), url.port(), destination.authorities());
  }
}
