// SPDX-License-Identifier: Apache-2.0

package dev.redrive.transport.sql;

/**
 * How processes that share a database tell each other that something waits. They only save time:
 * what nobody told is found by polling. Thread-safe.
 */
interface Signals extends AutoCloseable {

  /** Nobody tells anybody. */
  Signals NONE =
      new Signals() {
        @Override
        public void start() {}

        @Override
        public void tell(long queue, long dueAt) {}

        @Override
        public boolean areHeard() {
          return false;
        }

        @Override
        public void close() {}
      };

  /** What is done when another process tells something. */
  interface Listener {
    /**
     * Something waits.
     *
     * @param queue the queue's number
     * @param dueAt its due time
     */
    void heard(long queue, long dueAt);
  }

  /** Begins to listen. */
  void start();

  /** Tells the others, soon, that something waits in this queue with this due time. */
  void tell(long queue, long dueAt);

  /** True if what others tell arrives here, so that polling can be slow. */
  boolean areHeard();

  @Override
  void close();
}
