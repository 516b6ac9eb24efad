// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.redrive.cli.http.Api;
import dev.redrive.cli.screen.Paint;

/** Tells what became of the dead letters that were meant, and of the ids that are none. */
final class SweepReport {
  private final Session session;
  private final Selection.Chosen chosen;

  SweepReport(Session session, Selection.Chosen chosen) {
    this.session = session;
    this.chosen = chosen;
  }

  /** So many dead letters. */
  static String letters(long count) {
    return count + (count == 1 ? " dead letter" : " dead letters");
  }

  /**
   * Tells it.
   *
   * @param field what the count is called in JSON
   * @param text what it is called in a sentence
   * @return the exit code
   */
  int tell(String field, long count, String text) {
    if (session.isJson()) {
      ObjectNode json = Api.object().put(field, count);
      chosen.missing().forEach(json.putArray("missing")::add);
      session.print(json);
    } else {
      session.print(letters(count) + " " + text);
    }
    Paint paint = session.terminal().paintErr();
    if (!chosen.missing().isEmpty()) {
      session.note(
          paint.red("no dead letter: ") + Paint.plain(String.join(", ", chosen.missing())));
    }
    long taken = Math.max(0, chosen.idCount() - count);
    if (taken > 0) {
      session.note(paint.yellow(letters(taken)) + " went meanwhile, by somebody else's hand");
    }
    return taken > 0 || !chosen.missing().isEmpty() ? Exit.FAILED : Exit.DONE;
  }
}
