// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

import java.util.Optional;

/** Why a message is dead. The wire names are stable: they stand in headers, exports and queries. */
public enum Reason {
  /** Every attempt that the policy allows has failed. */
  ATTEMPTS_EXHAUSTED("attempts-exhausted"),
  /** The failure was of a kind that another attempt does not mend. */
  NOT_RETRYABLE("not-retryable"),
  /** The deadline passed, or the next attempt would not have started before it. */
  EXPIRED("expired"),
  /** A broker took it out of a queue that was over its length. Redrive itself refuses the send. */
  OVERFLOW("overflow"),
  /** The message ended the process of its consumer too often. */
  CRASHED("crashed"),
  /** The payload could not be decoded. */
  UNDECODABLE("undecodable"),
  /** The handler said so, see {@link RejectedException}. */
  REJECTED("rejected");

  private final String wireName;

  Reason(String wireName) {
    this.wireName = wireName;
  }

  /** The name by which this reason is known in headers, JSON and queries. */
  public String wireName() {
    return wireName;
  }

  /**
   * The reason of that wire name.
   *
   * @return empty for a name that this version does not know, such as one written by a later
   *     version
   */
  public static Optional<Reason> fromWireName(String name) {
    for (Reason reason : values()) {
      if (reason.wireName.equals(name)) {
        return Optional.of(reason);
      }
    }
    return Optional.empty();
  }
}
