// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Asks the name servers and hosts file of this machine without a thread for each question, so that
 * a tenant whose name server never answers holds up nobody else, as it would on the JDK's blocking
 * lookup.
 */
final class VertxNameResolver implements NameResolver {
  private final VertxInternal vertx;

  VertxNameResolver(Vertx vertx) {
    this.vertx = (VertxInternal) vertx;
  }

  @Override
  public CompletionStage<List<InetAddress>> resolve(String host) {
    return vertx
        .nameResolver()
        .resolveAll(host)
        .map(found -> found.stream().map(InetSocketAddress::getAddress).toList())
        .toCompletionStage();
  }
}
