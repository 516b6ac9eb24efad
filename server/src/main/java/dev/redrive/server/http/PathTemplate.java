// SPDX-License-Identifier: Apache-2.0

package dev.redrive.server.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A path with parameters, such as {@code /v1/queues/{queue}:pause}. A parameter is a whole segment,
 * or one but for the verb behind its last colon.
 */
public final class PathTemplate {
  private static final Pattern PARAMETER = Pattern.compile("\\{([a-z]+)}((?::[a-z]+)?)");

  private final String text;
  private final List<Segment> segments;
  private final int literalLength;

  private record Segment(Optional<String> parameter, String literal) {}

  private PathTemplate(String text, List<Segment> segments) {
    this.text = text;
    this.segments = segments;
    this.literalLength = segments.stream().mapToInt(segment -> segment.literal().length()).sum();
  }

  static PathTemplate of(String text) {
    List<Segment> segments = new ArrayList<>();
    for (String part : split(text)) {
      Matcher matcher = PARAMETER.matcher(part);
      segments.add(
          matcher.matches()
              ? new Segment(Optional.of(matcher.group(1)), matcher.group(2))
              : new Segment(Optional.empty(), part));
    }
    return new PathTemplate(text, List.copyOf(segments));
  }

  /** The segments of a path, still encoded. */
  static List<String> split(String path) {
    return List.of(path.substring(1).split("/", -1));
  }

  /**
   * The parameters of a path that fits.
   *
   * @throws ProblemException if it fits, but is not encoded soundly
   */
  Optional<Map<String, String>> match(List<String> path) {
    if (path.size() != segments.size()) {
      return Optional.empty();
    }
    for (int i = 0; i < path.size(); i++) {
      if (!fits(segments.get(i), path.get(i))) {
        return Optional.empty();
      }
    }
    Map<String, String> parameters = new HashMap<>();
    for (int i = 0; i < path.size(); i++) {
      Segment segment = segments.get(i);
      if (segment.parameter().isPresent()) {
        String written = path.get(i);
        parameters.put(
            segment.parameter().get(),
            Percent.decode(written.substring(0, written.length() - segment.literal().length())));
      }
    }
    return Optional.of(parameters);
  }

  /** How many characters of it are fixed. */
  int literalLength() {
    return literalLength;
  }

  private static boolean fits(Segment segment, String written) {
    return segment.parameter().isPresent()
        ? written.endsWith(segment.literal()) && written.length() > segment.literal().length()
        : written.equals(segment.literal());
  }

  @Override
  public String toString() {
    return text;
  }
}
