/**
 * The project's MIB files as text: the one reader of them, and the programs that write constants
 * and the manual's reference from them. The programs run as source files, before anything is
 * compiled: nothing here may need another package.
 */
@NullMarked
package io.cade.mib.smi;

import org.jspecify.annotations.NullMarked;
