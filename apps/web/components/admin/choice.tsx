/** One of a few, or none of them; for filters. */
export function Choice(props: {
  name: string;
  label: string;
  value: string | undefined;
  all: string;
  children: { value: string; name: string }[];
}) {
  return (
    <select
      name={props.name}
      aria-label={props.label}
      key={props.value ?? ''}
      defaultValue={props.value ?? ''}
      className="field min-w-0 pr-8 text-14 sm:w-auto"
    >
      <option value="">{props.all}</option>
      {props.children.map(({ value, name }) => (
        <option key={value} value={value}>
          {name}
        </option>
      ))}
    </select>
  );
}
