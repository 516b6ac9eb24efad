// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.redrive.cli.http.Json;
import dev.redrive.cli.screen.Board;
import dev.redrive.cli.screen.Headline;
import dev.redrive.cli.screen.Paint;
import dev.redrive.cli.screen.Progress;
import dev.redrive.cli.screen.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** Shows the play. Used by one thread. */
public final class Stage {
  private static final int BAR_COLUMNS = 24;
  private static final int NAME_COLUMNS = 9;
  private static final int TEXT_COLUMNS_MAX = 96;
  private static final int PLAIN_EVERY = 20;
  private static final String INDENT = "   ";

  private final Board board;
  private final Paint paint;
  private final int columns;
  private int scene;
  private int shown;

  /**
   * A stage.
   *
   * @param board where it is shown
   * @param columns how wide that is
   */
  public Stage(Board board, Paint paint, int columns) {
    this.board = board;
    this.paint = paint;
    this.columns = Math.min(columns, TEXT_COLUMNS_MAX);
  }

  /** A new scene begins. */
  void scene(String text) {
    scene++;
    board.print("");
    boolean isFirst = true;
    for (String line : wrapped(text)) {
      board.print((isFirst ? paint.bold(paint.cyan(scene + ". ")) : INDENT) + paint.bold(line));
      isFirst = false;
    }
  }

  private List<String> wrapped(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (line.length() + word.length() + INDENT.length() >= columns) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /** Something of the scene that is worth to be read. */
  void detail(String text) {
    board.print(INDENT + Paint.brief(text, columns - INDENT.length()));
  }

  /** Something that happened to a message. */
  void transition(JsonNode transition) {
    String time = Json.text(transition, "at").map(at -> at.substring(11, 23)).orElse("");
    String state = transition.path("to").asText();
    String cause = Headline.of(transition.path("cause").asText(""));
    String padding = " ".repeat(Math.max(1, NAME_COLUMNS - state.length()));
    String text = time + "  " + state + padding + " " + cause;
    board.print(INDENT + INDENT + paint.dim(Paint.brief(text, columns - 2 * INDENT.length())));
  }

  /** How the queues are now. */
  void show(Map<String, Counts> counts) {
    if (board.canRedraw()) {
      List<String> lines = new ArrayList<>();
      lines.add("");
      counts.forEach((queue, count) -> lines.add(bar(queue, count)));
      board.show(lines);
    } else if (shown++ % PLAIN_EVERY == 0) {
      StringJoiner line = new StringJoiner(" | ", INDENT, "");
      counts.forEach((queue, count) -> line.add(plain(queue, count)));
      board.print(line.toString());
    }
  }

  private String bar(String queue, Counts count) {
    double share = count.sent() == 0 ? 0 : (double) count.succeeded() / count.sent();
    return INDENT
        + padded(queue)
        + Progress.bar(paint, share, BAR_COLUMNS)
        + " "
        + number(count.succeeded())
        + " of "
        + number(count.sent())
        + " delivered  "
        + when(count.retrying() > 0, paint.yellow(number(count.retrying()) + " retrying  "))
        + when(count.dead() > 0, paint.red(number(count.dead()) + " dead"));
  }

  private static String number(long count) {
    return String.format(java.util.Locale.ROOT, "%3d", count);
  }

  private static String when(boolean isSo, String text) {
    return isSo ? text : "";
  }

  private static String plain(String queue, Counts count) {
    return queue
        + " "
        + count.succeeded()
        + "/"
        + count.sent()
        + when(count.retrying() > 0, " retrying " + count.retrying())
        + when(count.dead() > 0, " dead " + count.dead());
  }

  private static String padded(String name) {
    return name + " ".repeat(Math.max(1, NAME_COLUMNS - name.length()));
  }

  /** The play is over: what came of it. */
  void summary(Map<String, Counts> counts, Receiver receiver, Audit audit) {
    board.close();
    Table table = new Table("QUEUE", "SENT", "SUCCEEDED", "DEAD", "ATTEMPTS", "DELIVERIES SEEN");
    counts.forEach(
        (queue, count) ->
            table.row(
                queue,
                Long.toString(count.sent()),
                Long.toString(count.succeeded()),
                Long.toString(count.dead()),
                Long.toString(audit.attempts(queue)),
                Long.toString(receiver.received(queue))));
    board.print("");
    table.lines(paint, columns).forEach(line -> board.print(INDENT + line));
    board.print("");
    for (Finding finding : audit.findings()) {
      String sign = finding.isTrue() ? paint.green("✓") : paint.red("✗");
      board.print(
          INDENT + sign + " " + finding.claim() + paint.dim("  (" + finding.figures() + ")"));
    }
  }
}
