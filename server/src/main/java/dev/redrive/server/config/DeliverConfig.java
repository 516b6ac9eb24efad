// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.config;

import java.time.Duration;
import java.util.Optional;

/**
 * The webhook that a queue delivers to. Prints without the secret.
 *
 * @param url where to
 * @param secret {@code whsec_…}, with which deliveries are signed; empty for none
 * @param timeout how long one delivery may take
 * @param allowPrivate whether it may lie at a private address
 */
public record DeliverConfig(
    String url, Optional<String> secret, Duration timeout, boolean allowPrivate) {

  /** The same with another secret. */
  public DeliverConfig withSecret(Optional<String> other) {
    return new DeliverConfig(url, other, timeout, allowPrivate);
  }

  @Override
  public String toString() {
    return "DeliverConfig[timeout=" + timeout + ", allowPrivate=" + allowPrivate + "]";
  }
}
