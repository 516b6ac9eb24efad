// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

/** A worker's place at the attempts that it may have to share. */
interface Seat {
  /** Of a worker that shares with nobody. */
  Seat OWN =
      new Seat() {
        @Override
        public boolean take() {
          return true;
        }

        @Override
        public void free() {
          // Nobody waits for it.
        }

        @Override
        public void unused() {
          // As above.
        }

        @Override
        public void decline() {
          // As above.
        }

        @Override
        public void move(int taken) {
          // As above.
        }

        @Override
        public void leave(int taken) {
          // As above.
        }
      };

  /** An attempt may begin. If not, the worker is woken when it is its turn. */
  boolean take();

  /** An attempt that was taken has ended. */
  void free();

  /** An attempt that was taken did not begin, and does not count for the worker's part. */
  void unused();

  /** There is nothing to begin now: what the worker was woken for is others'. */
  void decline();

  /** So many attempts of the worker run already, under another seat. */
  void move(int taken);

  /** The worker has another seat, or none; so many attempts of it still run. */
  void leave(int taken);
}
