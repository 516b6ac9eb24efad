// SPDX-License-Identifier: Apache-2.0

package dev.redrive.retry;

/**
 * What piles up before a dependency that is back and takes no more than so many attempts a second:
 * a fluid that comes in at the load's rate and leaves at the capacity's. While the dependency is
 * down nothing piles up, since attempts fail at once.
 */
final class Backlog {
  private final double[] atEdge;
  private double gone;

  /**
   * @param retries how many became due up to each edge of a cell
   * @param cell the length of a cell
   * @param rate how many new messages come a second
   * @param capacity how many attempts it takes a second, more than come
   * @param end when the outage ends
   */
  Backlog(double[] retries, double cell, double rate, double capacity, double end) {
    atEdge = new double[retries.length];
    gone = end;
    for (int i = 0; i + 1 < retries.length; i++) {
      double from = Math.max(end, cell * i);
      double time = cell * (i + 1) - from;
      if (time > 0) {
        double coming = rate + (retries[i + 1] - retries[i]) / cell;
        step(i, from, time, coming - capacity);
      }
    }
    double left = atEdge[atEdge.length - 1];
    if (left > 0) {
      gone = cell * (atEdge.length - 1) + left / (capacity - rate);
    }
  }

  private void step(int i, double from, double time, double growth) {
    double before = atEdge[i];
    atEdge[i + 1] = Math.max(0, before + growth * time);
    if (before > 0 && atEdge[i + 1] == 0) {
      gone = from - before / growth;
    }
  }

  double atEdge(int edge) {
    return atEdge[edge];
  }

  /** When nothing is left of it for the last time. */
  double gone() {
    return gone;
  }
}
