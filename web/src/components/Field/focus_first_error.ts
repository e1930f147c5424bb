/** After a form was refused: the keyboard goes to the first field that is wrong, once its error stands there. */
export function focusFirstError(form: HTMLElement): void {
  setTimeout(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
