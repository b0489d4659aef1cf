import type { VariableFacts } from '@marquee/core/config-facts';
import { variableWords } from '../../view/settings.ts';

/** The variables of one group: what each is set to, and who said so. */
export function VariableTable({ title, variables }: { title: string; variables: VariableFacts[] }) {
  return (
    <table className="mt-8 w-full text-left text-14 sm:table-fixed">
      <caption className="display pb-2 text-left text-20">{title}</caption>
      <thead className="text-12 text-quiet max-sm:sr-only">
        <tr className="border-b border-line">
          <th className="py-2 pr-4 font-normal">Variable</th>
          <th className="w-64 py-2 pr-4 font-normal">Value</th>
          <th className="w-28 py-2 font-normal">From</th>
        </tr>
      </thead>
      <tbody>
        {variables.map((variable) => (
          <tr
            key={variable.name}
            className="border-b border-line align-top max-sm:flex max-sm:flex-wrap max-sm:gap-x-4 max-sm:py-2"
          >
            <th scope="row" className="py-2.5 pr-4 font-normal max-sm:w-full max-sm:py-0.5">
              <code className="text-14">{variable.name}</code>
              <span className="block max-w-[55ch] text-12 text-quiet">{variable.about}</span>
            </th>
            <td
              className={`figures py-2.5 pr-4 [overflow-wrap:anywhere] max-sm:py-0.5 ${variable.value === null ? 'text-quiet' : ''}`}
            >
              {variableWords(variable)}
            </td>
            <td className={`py-2.5 max-sm:py-0.5 ${variable.from === 'default' ? 'text-quiet' : 'text-bulb-text'}`}>
              {variable.from}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
