// SPDX-License-Identifier: Apache-2.0

package dev.redrive;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** The form of the header {@code tracestate}, as W3C Trace Context level 2 gives it. */
final class TraceState {
  private static final int LENGTH_MAX = 512;
  private static final int MEMBERS_MAX = 32;
  private static final Pattern MEMBER =
      Pattern.compile(
          "([a-z0-9][a-z0-9_*/@-]{0,255})=[\\x20-\\x7e&&[^,=]]{0,255}[\\x21-\\x7e&&[^,=]]");

  private TraceState() {}

  /** Whether it is a list of members, each with a name of its own, within the bounds. */
  static boolean isValid(String state) {
    if (state.isEmpty() || state.length() > LENGTH_MAX) {
      return false;
    }
    Set<String> names = new HashSet<>();
    for (String member : ListHeader.members(state)) {
      // Empty ones are allowed, for who takes his out.
      if (!member.isEmpty() && !names.add(nameOf(member))) {
        return false;
      }
    }
    return !names.contains("") && !names.isEmpty() && names.size() <= MEMBERS_MAX;
  }

  /** Empty for no member. */
  private static String nameOf(String member) {
    var form = MEMBER.matcher(member);
    return form.matches() ? form.group(1) : "";
  }
}
