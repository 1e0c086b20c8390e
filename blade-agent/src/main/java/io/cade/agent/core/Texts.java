package io.cade.agent.core;

/** Keeps causes within the limits of wire records. */
final class Texts {
  private Texts() {}

  static String cut(String text, int max) {
    return text.length() <= max ? text : text.substring(0, max - 1) + "…";
  }
}
