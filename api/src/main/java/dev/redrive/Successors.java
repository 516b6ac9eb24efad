// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.util.Arrays;
import java.util.Optional;

/** In an ordered queue, what becomes of the messages of a key behind one that is dead. */
public enum Successors {
  /**
   * They wait until a person replays or purges it, and a replayed one comes before them: the order
   * in which they were sent is kept whatever happens.
   */
  WAIT("wait"),
  /**
   * They go on, one after another as ever. A replayed one comes behind those of its key that are
   * there by then, as if it were sent anew.
   */
  GO_ON("goOn");

  private final String wireName;

  Successors(String wireName) {
    this.wireName = wireName;
  }

  /** The name in configuration, for example {@code goOn}. */
  public String wireName() {
    return wireName;
  }

  /** The one of this name, if there is one. */
  public static Optional<Successors> fromWireName(String name) {
    return Arrays.stream(values()).filter(each -> each.wireName.equals(name)).findFirst();
  }
}
