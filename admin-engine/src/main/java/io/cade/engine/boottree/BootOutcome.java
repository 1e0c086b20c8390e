package io.cade.engine.boottree;

/** What became of the wish to open a file: the counters of the tree. */
public enum BootOutcome {
  OPENED,
  /** No plug-in has it for this card. */
  NOT_FOUND,
  /** The address is not leased to a card. */
  REFUSED_SOURCE,
  /** Empty, too long, or with characters that names do not have. */
  REFUSED_NAME,
  REFUSED_ABSOLUTE,
  REFUSED_TRAVERSAL,
  /** A plug-in failed. */
  FAILED,
  /** A card began to write a file. */
  UPLOAD_OPENED,
  /** Not a path that is open for writing. */
  REFUSED_UPLOAD_PATH,
  /** A crash dump of that name is there already; it is not overwritten. */
  REFUSED_UPLOAD_EXISTS,
  /** The card's files, or the file itself, would become too large or too many, or the disk full. */
  REFUSED_UPLOAD_SPACE
}
