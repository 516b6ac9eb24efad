// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

/**
 * One message of a batch that was not accepted; the others are not touched by it.
 *
 * @param error why, and what to do
 */
public record Refusal(RedriveException error) implements SendResult {

  @Override
  public Receipt orThrow() {
    throw error;
  }
}
