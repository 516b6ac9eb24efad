// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

/** What comes one after another in an ordered queue. */
public enum OrderBy {
  /** The messages of one key; those without a key come as they can. */
  KEY,
  /** All messages of one partition. */
  PARTITION;

  private static final String PARTITION_LINE = "all";

  /** Which line of its partition a message belongs to; empty for none. */
  String line(Content content) {
    return this == KEY ? content.key() : PARTITION_LINE;
  }

  /** Whether a message of that key belongs to some line. */
  boolean isInLine(String key) {
    return this == PARTITION || !key.isEmpty();
  }
}
