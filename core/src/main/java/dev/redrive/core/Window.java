// SPDX-License-Identifier: Apache-2.0

package dev.redrive.core;

/**
 * How many messages a worker has, and how many more it asks for. Guarded by the worker's lock.
 *
 * <p>At least twice as many messages are in hand as attempts may run, so that the next one is there
 * when an attempt ends. An attempt that has ended makes room for the next message at once, so that
 * handlers do not wait for the transport's answers; but only so many ends may be on their way, so
 * that a transport that settles slowly slows the intake, and a crash makes few messages come again.
 */
final class Window {
  // As many brief attempts may end while one answer of the transport is awaited.
  private static final int ENDING_PER_SLOT = 6;
  // Credit is given in portions of a quarter of the window, not one by one.
  private static final int PORTIONS = 4;

  private int inFlight;
  // Those of them whose end is on its way to the transport.
  private int ending;
  // Messages that were asked of the present intake and have not come.
  private int credit;

  /** Another intake is asked from now on. */
  void reopen() {
    credit = 0;
  }

  /** So many have come, so many of them from the present intake. */
  void came(int count, int ofPresent) {
    inFlight += count;
    credit -= ofPresent;
  }

  /** So many that the present intake was asked for will not come. */
  void missed(int count) {
    credit -= count;
  }

  /** One's end is on its way. */
  void ending() {
    ending++;
  }

  /** One is settled, or let go. */
  void left(boolean wasEnding) {
    inFlight--;
    ending -= wasEnding ? 1 : 0;
  }

  /** How many more to ask for now, which counts as asked; none before it is worth the asking. */
  int ask(int slots, InHand inHand, Turnstile turnstile) {
    int full = inHand.window(slots);
    int window = turnstile.window(full);
    int portion = window < full ? 1 : window / PORTIONS;
    int here = inFlight - turnstile.asideCount() - Math.min(ending, ENDING_PER_SLOT * slots);
    int wanted = window - here - credit;
    if (wanted <= 0 || wanted < portion) {
      return 0;
    }
    int asked = inHand.within(wanted, slots, credit);
    credit += asked;
    return asked;
  }
}
