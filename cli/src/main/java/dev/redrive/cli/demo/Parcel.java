// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.demo;

import java.nio.charset.StandardCharsets;

/**
 * A message of the demo.
 *
 * @param id its id
 * @param queue its queue
 * @param body its payload
 * @param trouble what its destination will make of it
 */
record Parcel(String id, String queue, String body, Trouble trouble) {

  /** What a destination makes of a message. */
  enum Trouble {
    /** Takes it. */
    NONE,
    /** Fails the first time. */
    HICCUP,
    /** Fails the first three times. */
    STUBBORN,
    /** Asks for patience the first time. */
    BUSY,
    /** Refuses it until its programmers have mended it. */
    BUG,
    /** Refuses it for ever. */
    NONSENSE
  }

  byte[] bytes() {
    return body.getBytes(StandardCharsets.UTF_8);
  }
}
