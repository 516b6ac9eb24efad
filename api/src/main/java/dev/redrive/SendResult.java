// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

/** What became of one message of a batch: a {@link Receipt} or a {@link Refusal}. */
public sealed interface SendResult permits Receipt, Refusal {

  /** The receipt, or throws what refused the message. */
  Receipt orThrow();
}
