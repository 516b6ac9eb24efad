// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Builds a {@link Destination}. Not safe for several threads at once. */
public final class DestinationBuilder {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  private final WebhookUrl url;
  private final List<Secret> secrets = new ArrayList<>();
  private final Map<String, String> headers = new LinkedHashMap<>();
  private final List<X509Certificate> authorities = new ArrayList<>();
  private Duration timeout = TIMEOUT;
  private boolean allowPrivate;

  DestinationBuilder(WebhookUrl url) {
    this.url = url;
  }

  /** Signs with this secret; said again, with this one as well. The newest comes first. */
  public DestinationBuilder secret(Secret secret) {
    secrets.add(secret);
    return this;
  }

  /** Signs with this {@code whsec_…}; see {@link Secret#parse}. */
  public DestinationBuilder secret(String secret) {
    return secret(Secret.parse(secret));
  }

  /** Bounds the whole delivery; 15 seconds by default. */
  public DestinationBuilder timeout(Duration timeout) {
    this.timeout = timeout;
    return this;
  }

  /** Lets the destination lie at a loopback or private address. */
  public DestinationBuilder allowPrivate(boolean allowPrivate) {
    this.allowPrivate = allowPrivate;
    return this;
  }

  /** Adds a header to every request. */
  public DestinationBuilder header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  /** Trusts this certificate authority, and no other but those named the same way. */
  public DestinationBuilder authority(X509Certificate authority) {
    authorities.add(authority);
    return this;
  }

  /**
   * Builds the destination.
   *
   * @throws InvalidDestinationException when it can never work
   */
  public Destination build() {
    return new Destination(url, secrets, timeout, allowPrivate, headers, authorities);
  }
}
