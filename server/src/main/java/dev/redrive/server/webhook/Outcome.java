// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.webhook;

import java.util.function.Function;

/** What became of one delivery. */
public sealed interface Outcome {
  /** Makes one value of either case. */
  <T> T fold(
      Function<? super Delivered, ? extends T> delivered,
      Function<? super Failed, ? extends T> failed);

  /**
   * The receiver answered 2xx.
   *
   * @param status the HTTP status
   */
  record Delivered(int status) implements Outcome {
    @Override
    public <T> T fold(
        Function<? super Delivered, ? extends T> delivered,
        Function<? super Failed, ? extends T> failed) {
      return delivered.apply(this);
    }
  }

  /**
   * The message was not delivered.
   *
   * @param cause why
   */
  record Failed(DeliveryException cause) implements Outcome {
    @Override
    public <T> T fold(
        Function<? super Delivered, ? extends T> delivered,
        Function<? super Failed, ? extends T> failed) {
      return failed.apply(this);
    }
  }
}
