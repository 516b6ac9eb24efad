// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import io.vertx.core.Vertx;
import java.time.Clock;

/** Builds a {@link WebhookClient}. Not safe for several threads at once. */
public final class WebhookClientBuilder {
  final Vertx vertx;
  final Clock clock;
  NameResolver resolver;
  AddressPolicy policy = AddressPolicy.builder().build();
  WebhookLimits limits = WebhookLimits.defaults();

  WebhookClientBuilder(Vertx vertx, Clock clock) {
    this.vertx = vertx;
    this.clock = clock;
    this.resolver = new VertxNameResolver(vertx);
  }

  /** Where webhooks may go; public addresses by default. */
  public WebhookClientBuilder policy(AddressPolicy policy) {
    this.policy = policy;
    return this;
  }

  /** Who looks names up; by default the name servers and the hosts file of this machine. */
  public WebhookClientBuilder resolver(NameResolver resolver) {
    this.resolver = resolver;
    return this;
  }

  /** The bounds. */
  public WebhookClientBuilder limits(WebhookLimits limits) {
    this.limits = limits;
    return this;
  }

  /** Builds the client. */
  public WebhookClient build() {
    return new WebhookClient(this);
  }
}
