// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.kafka;

/**
 * What is known of a record.
 *
 * @param crashes attempts of it that a crash cut off; 0 once it is done
 */
record Mark(State state, int crashes) {
  /** More crashes than these are not told apart; each still costs one byte. */
  static final int CRASHES_MAX = 127;

  static final Mark OPEN = new Mark(State.OPEN, 0);
  static final Mark DONE = new Mark(State.DONE, 0);

  enum State {
    /** Not settled, and nobody is at it. */
    OPEN(0),
    /** Settled, or not in the log. */
    DONE(1),
    /** An attempt has begun. */
    BEGUN(2);

    private final int code;

    State(int code) {
      this.code = code;
    }

    /** Its number on the wire. */
    int code() {
      return code;
    }

    /**
     * The state of a number.
     *
     * @throws IllegalArgumentException if there is none
     */
    static State of(int code) {
      for (State state : values()) {
        if (state.code == code) {
          return state;
        }
      }
      throw new IllegalArgumentException("no state " + code);
    }
  }

  Mark {
    if (crashes < 0 || crashes > (state == State.DONE ? 0 : CRASHES_MAX)) {
      throw new IllegalArgumentException(state + " with " + crashes + " crashes");
    }
  }

  boolean isDone() {
    return state == State.DONE;
  }

  private boolean isBegun() {
    return state == State.BEGUN;
  }

  /** An attempt begins. */
  Mark begun() {
    return new Mark(State.BEGUN, crashes);
  }

  /** The attempt, if one has begun, ends without counting. */
  Mark released() {
    return isBegun() ? new Mark(State.OPEN, crashes) : this;
  }

  /** The attempt, if one has begun, was cut off by a crash. */
  Mark cutOff() {
    return isBegun() ? new Mark(State.OPEN, Math.min(CRASHES_MAX, crashes + 1)) : this;
  }
}
