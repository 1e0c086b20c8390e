package io.cade.image.boot;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a part of an image is for. */
public enum PartRole {
  /** The Linux kernel; exactly one. */
  KERNEL(1, 1),

  /** An initial file system, loaded in the order of their paths. */
  INITRD(0, BootImageLimits.MAX_INITRDS),

  /** A root file system that the initial one mounts. */
  ROOTFS(0, 1),

  /** The kernel's command line, one line of printable ASCII. */
  CMDLINE(0, 1),

  /** A network boot program that a card's firmware loads first, for example iPXE. */
  LOADER(0, BootImageLimits.MAX_LOADERS);

  private final int atLeast;
  private final int atMost;

  PartRole(int atLeast, int atMost) {
    this.atLeast = atLeast;
    this.atMost = atMost;
  }

  /** The word for it in an image's description. */
  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean allows(long count) {
    return count >= atLeast && count <= atMost;
  }
}
