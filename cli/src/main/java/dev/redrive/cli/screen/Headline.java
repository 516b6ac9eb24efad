// SPDX-License-Identifier: Apache-2.0

package dev.redrive.cli.screen;

import java.util.regex.Pattern;

/** What a failure says, on one line. */
public final class Headline {
  private static final int MAX = 300;
  private static final Pattern PACKAGES = Pattern.compile("^(?:[a-z_]\\w*\\.)+(?=[A-Z])");
  // These are Redrive's own; what follows says it all.
  private static final Pattern OWN =
      Pattern.compile("^(?:HttpStatus|Rejected|WorkerFailure)Exception: ");
  private static final Pattern ANSWER = Pattern.compile("^(HTTP \\d{3}): the webhook's answer: ");

  private Headline() {}

  /** The failure's first line, without the packages of what was thrown. */
  public static String of(String failure) {
    String first = failure.lines().findFirst().orElse("");
    String simple = PACKAGES.matcher(first).replaceFirst("");
    String own = OWN.matcher(simple).replaceFirst("");
    return Paint.brief(ANSWER.matcher(own).replaceFirst("$1: "), MAX);
  }
}
