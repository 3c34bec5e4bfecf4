/** What a model must know to write a patch; also the description of the tool in its function form. */
export const patchManual = `## Editing files with apply_patch

A patch is plain text that lists file sections between two marker lines:

*** Begin Patch
*** Add File: docs/hello.txt
+First line of the new file
+Second line
*** Update File: src/greet.py
*** Move to: src/greeting.py
@@ class Greeter:
@@     def greet(self):
         name = self.name
-        print("Hi " + name)
+        print(f"Hello {name}")
         return name
*** Delete File: old/notes.txt
*** End Patch

Sections
- "*** Add File: PATH" creates the file, or replaces it whole. Every following line starts with "+".
- "*** Delete File: PATH" removes the file. Nothing follows.
- "*** Update File: PATH" changes a file that exists. "*** Move to: PATH" right below renames it too.
  At least one change follows.

Changes inside an update
- A change is a run of lines, each with one mark in front: a blank for a line that stays, "-" for a
  line that goes, "+" for a line that comes. The rest of the line is the file's text, indentation included.
- Show about three lines that stay before and after what changes, copied exactly from the file; less
  is fine if the place is unmistakable. Do not repeat lines between two changes that are close together.
- Every change but the first starts with a line "@@". Write "@@ LINE" to say that the change comes
  after that line of the file, such as the head of a class or a function. If one such line is not
  enough, put several below each other, outermost first.
- Changes stand in the order in which they appear in the file.
- A change of only "+" lines goes right below its "@@ LINE", or to the end of the file without one.
- "*** End of File" below a change says that its lines are the last ones of the file.

Paths are relative to the working folder, or absolute. A patch is checked as a whole first: if one
part does not fit, nothing is written and the answer names the line or the text that did not match.
Read the file again before you try a second time. Line numbers and diff headers do not belong in a patch.
`;

/** Appended to the instructions where the patch tool is reached through the shell tool only. */
export const patchShellManual = `${patchManual}
Hand the patch to the shell tool as the command ["apply_patch", "*** Begin Patch\\n...\\n*** End Patch"].
apply_patch is part of this tool, not a program: it cannot be piped, chained or called from a script.
`;

/** The patch language for the freeform tool, in Lark's notation. */
export const patchGrammar = `start: begin section+ end
begin: "*** Begin Patch" NEWLINE
end: "*** End Patch" NEWLINE?

section: add | delete | update
add: "*** Add File: " TEXT NEWLINE added*
delete: "*** Delete File: " TEXT NEWLINE
update: "*** Update File: " TEXT NEWLINE move? first_change change*
move: "*** Move to: " TEXT NEWLINE

first_change: place* line+ last?
change: place+ line+ last?
place: "@@" NEWLINE | "@@ " TEXT NEWLINE
line: (" " | "-" | "+") TEXT? NEWLINE
added: "+" TEXT? NEWLINE
last: "*** End of File" NEWLINE

TEXT: /[^\\r\\n]+/
NEWLINE: /\\r?\\n/
`;
